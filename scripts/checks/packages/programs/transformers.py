"""Small networks of transformers from a seed: results, loss and its gradient, tokens that they generate, and steps of its Trainer."""

import torch
import transformers as t

SMALL = dict(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, max_position_embeddings=32)
IDS = torch.arange(12).reshape(2, 6) + 3


def trained(net, **inputs):
    """The results without gradients, the loss, the gradient's norm, and the loss after a step."""
    net.eval()
    out = net(**inputs)
    out.loss.backward()
    norm = torch.stack([p.grad.square().sum() for p in net.parameters() if p.grad is not None]).sum().sqrt()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    with torch.no_grad():
        return [out.logits[..., :5], out.loss, norm, net(**inputs).loss]


def bert(**more):
    net = t.BertForSequenceClassification(t.BertConfig(**SMALL, num_labels=3, **more))
    return trained(net, input_ids=IDS, attention_mask=torch.tensor([[1] * 6, [1] * 4 + [0] * 2]), labels=torch.tensor([0, 2]))


def distilbert():
    config = t.DistilBertConfig(vocab_size=50, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=32)
    return trained(t.DistilBertForSequenceClassification(config), input_ids=IDS, labels=torch.tensor([0, 1]))


def gpt2_network():
    return t.GPT2LMHeadModel(t.GPT2Config(vocab_size=50, n_positions=32, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=1, pad_token_id=1))


def gpt2():
    return trained(gpt2_network(), input_ids=IDS, labels=IDS)


def causal(name, **more):
    config = getattr(t, f"{name}Config")(**SMALL, num_key_value_heads=1, **more)
    return getattr(t, f"{name}ForCausalLM")(config)


def decoder(name, **more):
    return lambda: trained(causal(name, **more), input_ids=IDS, labels=IDS)


def t5():
    config = t.T5Config(vocab_size=50, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, decoder_start_token_id=0)
    return trained(t.T5ForConditionalGeneration(config), input_ids=IDS, labels=IDS)


def vit():
    config = t.ViTConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=4, num_labels=3)
    return trained(t.ViTForImageClassification(config), pixel_values=torch.randn(2, 3, 16, 16), labels=torch.tensor([0, 2]))


def resnet():
    config = t.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", num_labels=3)
    return trained(t.ResNetForImageClassification(config), pixel_values=torch.randn(2, 3, 32, 32), labels=torch.tensor([0, 2]))


def clip():
    text = dict(SMALL, eos_token_id=14)
    vision = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=4)
    net = t.CLIPModel(t.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).eval()
    out = net(input_ids=IDS, pixel_values=torch.randn(2, 3, 16, 16), return_loss=True)
    out.loss.backward()
    return [out.logits_per_image, out.loss, net.visual_projection.weight.grad]


def generated(make, **more):
    def part():
        net = make().eval()
        return net.generate(IDS, max_new_tokens=8, pad_token_id=1, **more)

    return part


def trainer():
    data = [{"input_ids": row, "labels": row} for row in torch.randint(3, 50, (12, 6))]
    args = t.TrainingArguments("/tmp/trained", max_steps=3, per_device_train_batch_size=4, report_to=[], save_strategy="no", disable_tqdm=True, use_cpu=True, dataloader_pin_memory=False, learning_rate=1e-2)
    net = gpt2_network()
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    out = t.Trainer(net, args, train_dataset=data).train()
    return out.training_loss


parts = {
    "BERT": bert,
    "BERT, eager": lambda: bert(attn_implementation="eager"),
    "DistilBERT": distilbert,
    "GPT-2": gpt2,
    "LLaMA": decoder("Llama"),
    "Mistral": decoder("Mistral"),
    "Qwen2": decoder("Qwen2"),
    "Gemma": decoder("Gemma", head_dim=8),
    "T5": t5,
    "ViT": vit,
    "ResNet": resnet,
    "CLIP": clip,
    "generate, GPT-2": generated(gpt2_network),
    "generate, LLaMA": generated(lambda: causal("Llama")),
    "generate, sampled": generated(gpt2_network, do_sample=True, top_k=5),
    "generate, beams": generated(gpt2_network, num_beams=2),
    "Trainer": trainer,
}
