"""What the forwards of torchvision's networks are made of, for calls in which code of Python within them may wait."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import torch
from torch.nn import functional as F
from torch.nn.modules._walk import forward_of

GoogLeNetOutputs = namedtuple("GoogLeNetOutputs", ["logits", "aux_logits2", "aux_logits1"])
InceptionOutputs = namedtuple("InceptionOutputs", ["logits", "aux_logits"])


def _has(net: Any, name: str) -> bool:
    return net._modules.get(name) is not None


def _in_turn(net: Any, x: Any, *names: str) -> Any:
    """The input through modules of these names, where there are such."""
    for name in names:
        if _has(net, name):
            x = net._modules[name](x)
    return x


@forward_of("AlexNet", "VGG", "MobileNetV3", "EfficientNet", "EfficientNetLite")
def _features_and_classes(net: Any, x: Any) -> Any:
    return net.classifier(torch.flatten(net.avgpool(net.features(x)), 1))


@forward_of("MobileNetV2")
def _mobilenet_v2(net: Any, x: Any) -> Any:
    return net.classifier(torch.flatten(F.adaptive_avg_pool2d(net.features(x), (1, 1)), 1))


@forward_of("ConvNeXt")
def _convnext(net: Any, x: Any) -> Any:
    return net.classifier(net.avgpool(net.features(x)))


@forward_of("CNBlock")
def _convnext_block(net: Any, x: Any) -> Any:
    y = net.stochastic_depth(net.layer_scale * net.block(x))
    y += x
    return y


@forward_of("SqueezeNet")
def _squeezenet(net: Any, x: Any) -> Any:
    return torch.flatten(net.classifier(net.features(x)), 1)


@forward_of("Fire")
def _fire(net: Any, x: Any) -> Any:
    x = net.squeeze_activation(net.squeeze(x))
    parts = [net.expand1x1_activation(net.expand1x1(x)), net.expand3x3_activation(net.expand3x3(x))]
    return torch.cat(parts, 1)


@forward_of("ResNet")
def _resnet(net: Any, x: Any) -> Any:
    x = _in_turn(net, x, "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool")
    return net.fc(torch.flatten(x, 1))


@forward_of("SENet")
def _senet(net: Any, x: Any) -> Any:
    x = _in_turn(net, x, "conv1", "bn1", "act1", "maxpool", "layer1", "layer2", "layer3", "layer4", "global_pool")
    return net.fc(F.dropout(x, net.drop_rate, net.training))


@forward_of("SEModule")
def _squeeze_and_excite(net: Any, x: Any) -> Any:
    return x * net.gate(_in_turn(net, x.mean((2, 3), keepdim=True), "fc1", "bn", "act", "fc2"))


# The layers of a block, in torchvision's networks and in those of timm.
_LAYERS = {
    "BasicBlock": ("conv1", "bn1", "relu", "drop_block", "act1", "aa", "conv2", "bn2", "se"),
    "Bottleneck": ("conv1", "bn1", "relu", "act1", "conv2", "bn2", "drop_block", "relu", "act2", "aa", "conv3", "bn3", "se"),
}


@forward_of("BasicBlock", "Bottleneck")
def _block(net: Any, x: Any) -> Any:
    y = _in_turn(net, x, *_LAYERS[type(net)._name])
    y += net.downsample(x) if _has(net, "downsample") else x
    return _in_turn(net, y, "relu", "act3" if _has(net, "act3") else "act2")


@forward_of("InvertedResidual", "MBConv", "LiteBlock")
def _inverted_residual(net: Any, x: Any) -> Any:
    if _has(net, "branch2"):
        if net.stride > 1:
            return _shuffled(torch.cat([net.branch1(x), net.branch2(x)], 1))
        kept, changed = x.chunk(2, 1)
        return _shuffled(torch.cat([kept, net.branch2(changed)], 1))
    if _has(net, "conv"):
        return x + net.conv(x) if net.skips else net.conv(x)
    y = net.block(x)
    if net.skips:
        y = _in_turn(net, y, "stochastic_depth")
        y += x
    return y


def _shuffled(x: Any) -> Any:
    count, channels, height, width = x.shape
    return x.view(count, 2, channels // 2, height, width).transpose(1, 2).reshape(count, channels, height, width)


@forward_of("SqueezeExcitation")
def _squeeze_excitation(net: Any, x: Any) -> Any:
    return net.scale_activation(_in_turn(net, x, "avgpool", "fc1", "activation", "fc2")) * x


@forward_of("ShuffleNetV2")
def _shufflenet(net: Any, x: Any) -> Any:
    x = _in_turn(net, x, "conv1", "maxpool", "stage2", "stage3", "stage4", "conv5")
    return net.fc(x.mean([2, 3]))


@forward_of("DenseNet")
def _densenet(net: Any, x: Any) -> Any:
    x = F.relu(net.features(x), inplace=True)
    return net.classifier(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))


@forward_of("DenseBlock", "_DenseBlock")
def _dense_block(net: Any, x: Any) -> Any:
    maps = [x]
    for layer in net._modules.values():
        maps.append(layer(maps))
    return torch.cat(maps, 1)


@forward_of("DenseLayer", "_DenseLayer")
def _dense_layer(net: Any, given: Any) -> Any:
    maps = [given] if isinstance(given, torch.Tensor) else list(given)

    def bottleneck(*maps: Any) -> Any:
        return net.conv1(net.relu1(net.norm1(torch.cat(maps, 1))))

    if net.memory_efficient and any(each.requires_grad for each in maps):
        from torch.utils.checkpoint import checkpoint

        narrow = checkpoint(bottleneck, *maps, use_reentrant=False)
    else:
        narrow = bottleneck(*maps)
    return F.dropout(net.conv2(net.relu2(net.norm2(narrow))), net.drop_rate, net.training)


@forward_of("BasicConv2d")
def _basic_convolution(net: Any, x: Any) -> Any:
    return F.relu(net.bn(net.conv(x)), inplace=True)


@forward_of("Inception")
def _inception_of_four(net: Any, x: Any) -> Any:
    return torch.cat([net.branch1(x), net.branch2(x), net.branch3(x), net.branch4(x)], 1)


@forward_of("InceptionAux")
def _auxiliary(net: Any, x: Any) -> Any:
    if _has(net, "conv0"):
        x = net.conv1(net.conv0(F.avg_pool2d(x, kernel_size=5, stride=3)))
        return net.fc(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))
    x = torch.flatten(net.conv(F.adaptive_avg_pool2d(x, (4, 4))), 1)
    return net.fc2(net.dropout(F.relu(net.fc1(x), inplace=True)))


def _as_trained(x: Any) -> Any:
    """Pictures that were normalised by torchvision's means, as the networks of Google's were trained on them."""
    scales = ((0.229, 0.485), (0.224, 0.456), (0.225, 0.406))
    return torch.cat([x[:, i : i + 1] * (std / 0.5) + (mean - 0.5) / 0.5 for i, (std, mean) in enumerate(scales)], 1)


@forward_of("GoogLeNet")
def _googlenet(net: Any, x: Any) -> Any:
    x = _as_trained(x) if net.transform_input else x
    x = _in_turn(net, x, "conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3")
    x = net.inception4a(x)
    first = net.aux1(x) if net.training and _has(net, "aux1") else None
    x = _in_turn(net, x, "inception4b", "inception4c", "inception4d")
    second = net.aux2(x) if net.training and _has(net, "aux2") else None
    x = _in_turn(net, x, "inception4e", "maxpool4", "inception5a", "inception5b", "avgpool")
    logits = net.fc(net.dropout(torch.flatten(x, 1)))
    return GoogLeNetOutputs(logits, second, first) if net.training and net.aux_logits else logits


@forward_of("Inception3")
def _inception(net: Any, x: Any) -> Any:
    x = _as_trained(x) if net.transform_input else x
    x = _in_turn(net, x, "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
    x = _in_turn(net, x, "maxpool2", "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e")
    beside = net.AuxLogits(x) if net.training and _has(net, "AuxLogits") else None
    x = _in_turn(net, x, "Mixed_7a", "Mixed_7b", "Mixed_7c", "avgpool", "dropout")
    logits = net.fc(torch.flatten(x, 1))
    return InceptionOutputs(logits, beside) if net.training and net.aux_logits else logits


def _averaged(x: Any) -> Any:
    return F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)


def _halved(x: Any) -> Any:
    return F.max_pool2d(x, kernel_size=3, stride=2)


@forward_of("InceptionA")
def _inception_a(net: Any, x: Any) -> Any:
    near = net.branch1x1(x)
    far = _in_turn(net, x, "branch5x5_1", "branch5x5_2")
    twice = _in_turn(net, x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3")
    return torch.cat([near, far, twice, net.branch_pool(_averaged(x))], 1)


@forward_of("InceptionB")
def _inception_b(net: Any, x: Any) -> Any:
    once = net.branch3x3(x)
    twice = _in_turn(net, x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3")
    return torch.cat([once, twice, _halved(x)], 1)


@forward_of("InceptionC")
def _inception_c(net: Any, x: Any) -> Any:
    near = net.branch1x1(x)
    once = _in_turn(net, x, "branch7x7_1", "branch7x7_2", "branch7x7_3")
    twice = _in_turn(net, x, *(f"branch7x7dbl_{i}" for i in range(1, 6)))
    return torch.cat([near, once, twice, net.branch_pool(_averaged(x))], 1)


@forward_of("InceptionD")
def _inception_d(net: Any, x: Any) -> Any:
    near = _in_turn(net, x, "branch3x3_1", "branch3x3_2")
    far = _in_turn(net, x, *(f"branch7x7x3_{i}" for i in range(1, 5)))
    return torch.cat([near, far, _halved(x)], 1)


@forward_of("InceptionE")
def _inception_e(net: Any, x: Any) -> Any:
    near = net.branch1x1(x)
    once = net.branch3x3_1(x)
    wide = torch.cat([net.branch3x3_2a(once), net.branch3x3_2b(once)], 1)
    twice = _in_turn(net, x, "branch3x3dbl_1", "branch3x3dbl_2")
    wider = torch.cat([net.branch3x3dbl_3a(twice), net.branch3x3dbl_3b(twice)], 1)
    return torch.cat([near, wide, wider, net.branch_pool(_averaged(x))], 1)


@forward_of("VisionTransformer")
def _vision_transformer(net: Any, x: Any) -> Any:
    count, _, height, width = x.shape
    torch._assert(height == net.image_size, f"Wrong image height! Expected {net.image_size} but got {height}!")
    torch._assert(width == net.image_size, f"Wrong image width! Expected {net.image_size} but got {width}!")
    patches = net.conv_proj(x).reshape(count, net.hidden_dim, -1).permute(0, 2, 1)
    tokens = torch.cat([net.class_token.expand(count, -1, -1), patches], 1)
    return net.heads(net.encoder(tokens)[:, 0])


@forward_of("Encoder")
def _encoder(net: Any, x: Any) -> Any:
    return net.ln(net.layers(net.dropout(x + net.pos_embedding)))


@forward_of("EncoderBlock")
def _encoder_block(net: Any, x: Any) -> Any:
    normed = net.ln_1(x)
    attended = net.dropout(net.self_attention(normed, normed, normed, need_weights=False)[0]) + x
    return attended + net.mlp(net.ln_2(attended))


@forward_of("ASPP")
def _pyramid(net: Any, x: Any) -> Any:
    return net.project(torch.cat([each(x) for each in net.convs], 1))


@forward_of("ASPPPooling")
def _pooled_pyramid(net: Any, x: Any) -> Any:
    y = x
    for each in net._modules.values():
        y = each(y)
    return F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)


@forward_of("IntermediateLayerGetter")
def _layers_of(net: Any, x: Any) -> Any:
    out = OrderedDict()
    for name, module in net._modules.items():
        x = module(x)
        if name in net.return_layers:
            out[net.return_layers[name]] = x
    return out


@forward_of("FCN", "DeepLabV3")
def _segmentation(net: Any, x: Any) -> Any:
    maps = net.backbone(x)

    def enlarged(y: Any) -> Any:
        return F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)

    out = OrderedDict(out=enlarged(net.classifier(maps["out"])))
    if _has(net, "aux_classifier"):
        out["aux"] = enlarged(net.aux_classifier(maps["aux"]))
    return out
