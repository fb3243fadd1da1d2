#: token query
.
