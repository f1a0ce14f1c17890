"""The tree of the mount: nodes, what they hold, and what every gesture on them means. No kernel, no errno."""
