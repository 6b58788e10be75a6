// Backwards that stop before each call of a user's code, for a door whose code may wait, and the graph that they go through.
export { Ask, type Steps } from '../../engine/graph/ask';
export { backwardOfSteps, gradSteps } from './grad';
export { gradNodeOf } from './grad-node';
