"""Models from the hub (huggingface.co, or the mirror that HF_ENDPOINT names).

The only part of Visionary Vault that uses the network, and only for `vvault model pull`, in the command's own process.

`curated` knows the recommended models and costs nothing; `reference` reads what was asked for; `remote` speaks with the
hub through huggingface_hub, which is imported there and at the first use; `transfer` brings one file, `selection` says
which files are wanted, `staging` holds what is not complete, `pins` remembers what was trusted, `pull` puts all of it
together.
"""
