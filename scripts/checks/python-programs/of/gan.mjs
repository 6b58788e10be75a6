// Generative adversarial networks of eriklindernoren/PyTorch-GAN, on MNIST's first pictures.

/** Networks that draw noise by NumPy in the same line. */
const NAMES = ['gan', 'dcgan', 'wgan', 'wgan_gp', 'wgan_div', 'lsgan', 'began', 'ebgan', 'relativistic_gan'];

/** @param {string} name @returns {import('../list.mjs').Program} */
function trained(name) {
  return {
    ...{ home: 'PyTorch-GAN', folder: `implementations/${name}`, entry: `${name}.py`, mnist: true },
    // The first of Wasserstein's does not resize its pictures. Ten steps of BEGAN take PyTorch 9e-4 from itself on one thread: five are compared.
    args: `--n_epochs 1 --batch_size ${name === 'began' ? 64 : 32} --n_cpu 0 --sample_interval 5 --img_size ${name === 'wgan' ? 28 : 16}`,
    loose: [
      ['import numpy as np\n', ''],
      ['np.prod', 'math.prod'],
      ['np.random.normal(0, 1, (imgs.shape[0], opt.latent_dim))', 'torch.randn(imgs.shape[0], opt.latent_dim)'],
      ['np.random.random((real_samples.size(0), 1, 1, 1))', 'torch.rand(real_samples.size(0), 1, 1, 1)'],
      // Older than numbers of no dimension.
      ['.data[0]', '.item()'],
      ['nn.Dropout2d(0.25)', 'nn.Dropout2d(0)'],
      ['nn.Dropout2d(0.5)', 'nn.Dropout2d(0)'],
    ],
  };
}

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const gan = Object.fromEntries(NAMES.map((name) => [`gan-${name}`, trained(name)]));
