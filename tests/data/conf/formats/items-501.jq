# Of many.
#: items 501
.
