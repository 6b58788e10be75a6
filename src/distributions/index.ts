// The surface of torch.distributions.
export { Bernoulli } from './bernoulli';
export { Categorical } from './categorical';
export * as constraints from './constraints';
export { type AnyDistribution, Distribution, type Draw, type Validation } from './distribution';
export { Independent } from './independent';
export { Normal } from './normal';
export { Uniform } from './uniform';
