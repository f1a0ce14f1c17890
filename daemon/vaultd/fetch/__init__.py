"""Pictures from elsewhere: subscriptions that are fetched by themselves, politely, one site at a time.

The daemon never speaks with a site. `service` says when, and starts `child` as a process of its own for each run: that
one reaches for the network, knows the providers, and puts whole pictures into a staging folder. `keeping` gives them
their names in the library. `sites` reads what a person asked for, `schedule` when it is due, `order` is what the two
processes say to each other.
"""
