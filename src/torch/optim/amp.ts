// The surface of `amp`: automatic mixed precision.
export { type AutocastOptions, autocast, isAutocastAvailable } from '../autograd/autocast';
export { GradScaler, type GradScalerOptions, type GradScalerState } from './grad-scaler';
