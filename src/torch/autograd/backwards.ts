// Backwards that stop before each call of a user's code, for a door whose code may wait, and the graph that they go through.
export { Ask, type Steps } from '../../engine/graph/ask';
export { lastNodeId } from '../../engine/graph/value';
export { backwardOfSteps, gradSteps } from './grad';
export { gradNodeOf, isSurrounded, putAround } from './grad-node';
export { type SavedValue, savedOf, savingsOf, spentSavings } from './saved-hooks';
