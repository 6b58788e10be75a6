// Loads what makes tensors of numbers that came from another thread, so that a page without any does without the library.
export const loadHostTensors = () => import('./host-tensors');
