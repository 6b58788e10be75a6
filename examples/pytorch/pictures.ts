// Pictures made from the seed, where PyTorch's examples download photographs.
import * as torch from 'lamplight';

/** Discs of random colour, size and place on black, with soft edges: [n, channels, size, size], numbers from 0 to 1. */
export function discs(n: number, channels: number, size: number) {
  const middle = torch.rand(2, n, 1, 1, 1).mul(1.2).sub(0.6);
  const radius = torch.rand(n, 1, 1, 1).mul(0.4).add(0.3);
  const colour = torch.rand(n, channels, 1, 1);
  const at = torch.linspace(-1, 1, size);
  const dx = at.sub(middle.at(0));
  const dy = at.unsqueeze(1).sub(middle.at(1));
  const distance = dx.square().add(dy.square()).sqrt();
  return colour.mul(torch.sigmoid(radius.sub(distance).mul(12)));
}
