// Vision transformers of lucidrains/vit-pytorch, each for a step, with the einops that PyTorch's Python has.

const size = 'image_size=64, patch_size=16, num_classes=5, dim=32, depth=2, heads=2, mlp_dim=32';
/** By the module: the class, and what it is made with. @type {Readonly<Record<string, readonly [string, string]>>} */
const NETWORKS = {
  vit: ['ViT', size],
  simple_vit: ['SimpleViT', size],
  simple_vit_with_register_tokens: ['SimpleViT', size],
  deepvit: ['DeepViT', size],
  vit_for_small_dataset: ['ViT', size],
  parallel_vit: ['ViT', size],
  normalized_vit: ['nViT', size],
  rvt: ['RvT', size],
  vit_with_patch_merger: ['ViT', `${size}, patch_merge_layer=1, patch_merge_num_tokens=4`],
  cait: ['CaiT', `${size}, cls_depth=1`],
  ats_vit: ['ViT', `${size}, max_tokens_per_depth=(12, 8)`],
  xcit: ['XCiT', `${size}, cls_depth=1, local_patch_kernel_size=3`],
  t2t: ['T2TViT', 'dim=32, image_size=64, depth=2, heads=2, mlp_dim=32, num_classes=5, t2t_layers=((7, 4), (3, 2))'],
  levit: ['LeViT', 'image_size=64, num_classes=5, stages=2, dim=(32, 48), depth=1, heads=(2, 3), mlp_mult=2'],
  max_vit: ['MaxViT', 'num_classes=5, dim_conv_stem=16, dim=16, dim_head=8, depth=(1, 1), window_size=4, dropout=0.'],
  nest: [
    'NesT',
    'image_size=64, patch_size=4, dim=16, heads=2, num_hierarchies=2, block_repeats=(1, 1), num_classes=5',
  ],
};

/** @param {string} module @param {string} name @param {string} given */
const step = (module, name, given) => `
import torch
from torch.nn.functional import cross_entropy
from vit_pytorch.${module} import ${name}

net = ${name}(${given})
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
for step in range(3):
    loss = cross_entropy(net(torch.rand(2, 3, 64, 64)), torch.tensor([1, 2]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, loss.item())
`;

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const vit = Object.fromEntries(
  Object.entries(NETWORKS).map(([module, [name, given]]) => [
    `vit-${module}`,
    {
      ...{ home: 'vit-pytorch', folder: '.', entry: 'step.py', packages: ['einops'] },
      written: { 'step.py': step(module, name, given) },
    },
  ]),
);
