// Loads the code that makes tensors from another thread's numbers only when there are such numbers, so that other pages
// need not load it.
export const loadHostTensors = () => import('./host-tensors');
