print("oddline")
