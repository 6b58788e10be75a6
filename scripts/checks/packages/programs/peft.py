"""LoRA of peft on a small network of transformers: a step of training, and the adapters merged."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel


def network():
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(vocab_size=50, n_positions=32, n_embd=16, n_layer=2, n_head=2)).eval()


def lora():
    ids = torch.arange(12).reshape(2, 6) + 3
    net = get_peft_model(network(), LoraConfig(r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True))
    net.eval()
    optimizer = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = net(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        losses.append(loss)
    merged = net.merge_and_unload()
    with torch.no_grad():
        return [*losses, merged(input_ids=ids).logits]


parts = {"LoRA": lora}
