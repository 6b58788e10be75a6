// One step of each kind of recurrent cell, from the input's share of the gates (W_ih x + b_ih) and the state.
import type { Tensor } from '../../tensor/tensor';
import { linear } from '../functional/linear';

export type RNNNonlinearity = 'tanh' | 'relu';

/** h' = tanh(share + W_hh h + b_hh), or relu of it. */
export function advanceRnn(
  share: Tensor,
  h: Tensor,
  w: Tensor,
  b: Tensor | null,
  nonlinearity: RNNNonlinearity,
): Tensor {
  return share.add(linear(h, w, b))[nonlinearity]();
}

/** [h', c'] from the gates i, f, g, o. */
export function advanceLstm(share: Tensor, h: Tensor, c: Tensor, w: Tensor, b: Tensor | null): [h: Tensor, c: Tensor] {
  const [i, f, g, o] = share.add(linear(h, w, b)).chunk(4, -1) as [Tensor, Tensor, Tensor, Tensor];
  const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
  return [o.sigmoid().mul(cell.tanh()), cell];
}

/** h' from the gates r, z, n. */
export function advanceGru(share: Tensor, h: Tensor, w: Tensor, b: Tensor | null): Tensor {
  const [xr, xz, xn] = share.chunk(3, -1) as [Tensor, Tensor, Tensor];
  const [hr, hz, hn] = linear(h, w, b).chunk(3, -1) as [Tensor, Tensor, Tensor];
  const r = xr.add(hr).sigmoid();
  const z = xz.add(hz).sigmoid();
  const n = xn.add(r.mul(hn)).tanh();
  return n.add(z.mul(h.sub(n)));
}
