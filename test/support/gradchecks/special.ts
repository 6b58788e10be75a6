// Cases of gradcheck: special functions, and the parts of numbers.
import * as torch from 'lamplight';
import { any, awayFromZero, distinct, type Gradcheck, positive, uniform } from './inputs';

const shape = torch.tensor([0.7, 2.5]);

export const special: Gradcheck[] = [
  ['lgamma', (a) => a.add(0.5).lgamma(), [positive(4)]],
  ['lgamma, left of 0', (a) => a.mul(0.2).sub(1.6).lgamma(), [positive(3)]],
  ['digamma', (a) => a.add(1).digamma(), [positive(4)]],
  ['polygamma', (a) => a.add(1).polygamma(2), [positive(4)]],
  ['mvlgamma', (a) => a.add(2).mvlgamma(3), [positive(3)]],
  ['igamma', (a) => shape.igamma(a), [positive(2)]],
  ['igammac', (a) => shape.igammac(a), [positive(2)]],
  ['erfinv', (a) => a.mul(0.4).erfinv(), [any(4)]],
  ['i0', (a) => a.i0(), [any(4)]],
  ['sinc', (a) => a.sinc(), [any(4)]],
  ['logit', (a) => a.mul(0.2).add(0.5).logit(), [any(4)]],
  ['logit, limited', (a) => a.mul(0.2).add(0.5).logit(0.01), [any(4)]],
  ['logaddexp', (a, b) => a.logaddexp(b), [any(2, 3), any(3)]],
  ['logaddexp2', (a, b) => a.logaddexp2(b), [any(2, 3), any(3)]],
  ['hypot', (a, b) => a.hypot(b), [awayFromZero(2, 3), awayFromZero(3)]],
  ['xlogy', (a, b) => a.xlogy(b), [any(2, 3), positive(3)]],
  ['xlog1py', (a, b) => torch.special.xlog1py(a, b), [any(2, 3), positive(3)]],
  ['i1', (a) => torch.special.i1(a), [awayFromZero(3)]],
  ['besselJ0, besselJ1', (a) => torch.special.besselJ0(a).add(torch.special.besselJ1(a)), [positive(3)]],
  ['besselY0, besselY1', (a) => torch.special.besselY0(a).add(torch.special.besselY1(a)), [positive(3)]],
  [
    'modifiedBesselI0, modifiedBesselI1',
    (a) => torch.special.modifiedBesselI0(a).add(torch.special.modifiedBesselI1(a)),
    [positive(3)],
  ],
  [
    'modifiedBesselK0, modifiedBesselK1',
    (a) => torch.special.modifiedBesselK0(a).add(torch.special.modifiedBesselK1(a)),
    [positive(3)],
  ],
  ['i0e, i1e', (a) => torch.special.i0e(a).add(torch.special.i1e(a)), [positive(3)]],
  ['erfcx, logNdtr', (a) => torch.special.erfcx(a).add(torch.special.logNdtr(a)), [positive(3)]],
  ['ndtri', (a) => torch.special.ndtri(a.sigmoid()), [any(3)]],
  ['zeta', (a) => torch.special.zeta(2.5, a), [positive(3)]],
  ['ndtr, entr', (a) => torch.special.ndtr(a).add(torch.special.entr(a)), [positive(3)]],
  ['copysign', (a, b) => a.copysign(b), [awayFromZero(3), awayFromZero(3)], 'once'],
  ['angle', (a) => a.angle().add(a), [awayFromZero(3)], 'once'],
  ['frexp', (a) => a.frexp()[0], [uniform([4], 0.55, 0.95)], 'once'],
  ['ldexp', (a, b) => a.ldexp(b), [any(2, 3), any(3)]],
  ['nextafter', (a) => a.nextafter(a.detach().add(1)), [any(3)], 'once'],
  ['fmax', (a, b) => a.fmax(b), [distinct(6), uniform([6], 5, 6)], 'once'],
  ['fmin', (a, b) => a.fmin(b), [distinct(6), uniform([1], 5, 6)], 'once'],
  ['deg2rad, rad2deg', (a) => a.deg2rad().add(a.mul(0.01).rad2deg()), [any(3)]],
  ['clamp between tensors', (a, b) => a.clamp(b.sub(9), b), [distinct(6), uniform([6], 5, 6)], 'once'],
];
