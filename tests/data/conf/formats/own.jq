# My own.
#: items 7
#: token body
# : this declares nothing
{text: .id}
