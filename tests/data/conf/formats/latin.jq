# café
.
