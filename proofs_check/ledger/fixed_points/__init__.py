"""Global fixed points of kernel maps: the four cases, their rates, and the predecessor's statements about norm placement."""
