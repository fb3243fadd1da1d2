#: item 1
.
