# %% model
net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
with torch.no_grad():
    net[1].weight.copy_(W)
    net[1].bias.copy_(b)
W, b = net[1].weight.detach(), net[1].bias.detach()  # the same memory, to look at
loss = nn.CrossEntropyLoss(reduction="none")
updater = torch.optim.SGD(net.parameters(), lr=lr, foreach=False)


def train_batch(X, y):
    """Update W and b; the losses and logits from before."""
    o = net(X)
    losses = loss(o, y)
    updater.zero_grad()
    losses.mean().backward()
    updater.step()
    return losses.detach(), o.detach()
