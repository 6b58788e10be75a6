// Larger networks that PyTorch has exported.
import { testNetworks } from '../../support/onnx-networks';

testNetworks(['unet', 'alexnet', 'resnet18', 'mobilenet_v2', 'densenet121']);
