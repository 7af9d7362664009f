"""What pages ask a workspace, by subject; `uptake.web.reader` has all of it."""
