// Backwards that stop before each call of a user's code, for a door whose code may wait.
export { Ask, type Steps } from '../../engine/graph/ask';
export { backwardOfSteps, gradSteps } from './grad';
