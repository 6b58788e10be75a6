"""A language model of linear_attention_transformer: a step of training."""

import torch
from linear_attention_transformer import LinearAttentionTransformerLM


def model():
    net = LinearAttentionTransformerLM(num_tokens=30, dim=16, heads=2, depth=1, max_seq_len=16, causal=True, n_local_attn_heads=1, local_attn_window_size=8)
    ids = torch.randint(0, 30, (2, 16))
    loss = torch.nn.functional.cross_entropy(net(ids).transpose(1, 2), ids)
    loss.backward()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    with torch.no_grad():
        return [loss, net(ids)[:, :3]]


parts = {"language model": model}
