"""What people and machines are shown: plain values, computed by `farm.show` and its neighbours.

Their fields are the fields of the JSON documents of `--json`: they may be added to, never renamed.
"""
