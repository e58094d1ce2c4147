"""The layers, with PyTorch's names, argument order, weight layout and starting bounds."""
