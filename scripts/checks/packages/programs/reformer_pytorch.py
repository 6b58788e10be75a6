"""A language model of reformer_pytorch with local and hashed attention: a step of training."""

import torch
from reformer_pytorch import LSHSelfAttention, ReformerLM


def model():
    net = ReformerLM(num_tokens=30, dim=16, depth=1, heads=2, max_seq_len=32, bucket_size=4, n_hashes=1, causal=True, use_full_attn=True)
    ids = torch.randint(0, 30, (2, 32))
    out = net(ids)
    loss = torch.nn.functional.cross_entropy(out.transpose(1, 2), ids)
    loss.backward()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    with torch.no_grad():
        return [loss, net(ids)[:, :3]]


def hashed():
    layer = LSHSelfAttention(dim=16, heads=2, bucket_size=4, n_hashes=2, causal=False)
    return layer(torch.randn(1, 16, 16)).shape


parts = {"language model": model, "hashed attention": hashed}
