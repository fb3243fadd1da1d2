#: items 0
.
