"""Models from the hub (huggingface.co, or the mirror that HF_ENDPOINT names).

The only part of Visionary Vault that uses the network, and only for `vvault model pull`, in the command's own process.

`curated` knows the recommended models and costs nothing; `reference` reads what was asked for; `remote` speaks with the
hub through huggingface_hub (which only it and `failures` import, so only a pull loads it); `transfer` brings one
file, `selection` says which files are wanted, `staging` holds what is not complete, `pins` remembers what was
trusted, `checkpoint` has a checkpoint exported, `pull` puts all of it together.
"""

import os

# huggingface_hub reads these when it is imported, wherever that is first. Nothing is reported to anybody, and it draws
# no bars of its own. Xet, the hub's other way to transfer files, brings its own client, which knows no ranges and is
# not proved here: plain HTTP serves every file as well.
os.environ |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1"}
