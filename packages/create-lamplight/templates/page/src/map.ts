// What a network says of each point of the plane.
import * as torch from 'lamplight';
import type { Network } from './spirals';

/** The chance of the second spiral for each of size × size points, from −1 to 1, row by row. */
export async function chances(network: Network, size: number): Promise<Float32Array> {
  const side = torch.linspace(-1, 1, size);
  const [x, y] = torch.meshgrid([side, side], { indexing: 'xy' });
  const plane = torch.stack([x!.flatten(), y!.flatten()], 1);
  const second = torch.noGrad(() => network.forward(plane).softmax(1).select(1, 1).contiguous());
  return (await second.data()) as Float32Array;
}
