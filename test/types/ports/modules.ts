// What ports of tutorials write about modules compiles: heads that are replaced, modules by name, containers without a forward.
import { nn, type Tensor } from 'lamplight';
import { detection, models } from 'lamplight/vision';

/** Fine-tuning, as the tutorials of torchvision's families have it: the head is read as what it is, and written as any module. */
export function replaceHeads(numClasses: number): void {
  const resnet = models.resnet18();
  resnet.fc = new nn.Linear(resnet.fc.inFeatures, numClasses);
  resnet.fc = new nn.Sequential(new nn.Dropout(0.2), new nn.Linear(512, numClasses));
  resnet.fc = new nn.Identity();
  resnet.conv1 = new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3, bias: false });
  // @ts-expect-error a function is no module
  resnet.fc = (x: Tensor) => x;
  const vgg = models.vgg16();
  vgg.classifier[6] = new nn.Linear(vgg.classifier[6].inFeatures, numClasses);
  vgg.classifier[6] = new nn.Sequential(new nn.Linear(4096, numClasses), new nn.LogSoftmax(1));
  vgg.classifier[-1] = new nn.Linear(vgg.classifier[-1].inFeatures, numClasses);
  vgg.classifier = new nn.Sequential(new nn.Linear(25088, numClasses));
  // @ts-expect-error a dropout has no features
  vgg.classifier[2].inFeatures;
  const alexnet = models.alexnet();
  alexnet.classifier[6] = new nn.Linear(alexnet.classifier[6].inFeatures, numClasses);
  const mobilenet = models.mobilenetV2();
  mobilenet.classifier[1] = new nn.Linear(mobilenet.classifier[1].inFeatures, numClasses);
  mobilenet.features[0][0] = new nn.Conv2d(1, mobilenet.features[0][0].outChannels, 3, { stride: 2, padding: 1 });
  const mobilenetV3 = models.mobilenetV3Small();
  mobilenetV3.classifier[3] = new nn.Linear(mobilenetV3.classifier[3].inFeatures, numClasses);
  const efficientnet = models.efficientnetB0();
  efficientnet.classifier[1] = new nn.Linear(efficientnet.classifier[1].inFeatures, numClasses);
  efficientnet.classifier = new nn.Linear(efficientnet.classifier[1].inFeatures, numClasses);
  const squeezenet = models.squeezenet1_0();
  squeezenet.classifier[1] = new nn.Conv2d(squeezenet.classifier[1].inChannels, numClasses, 1);
  const densenet = models.densenet121();
  densenet.classifier = new nn.Linear(densenet.classifier.inFeatures, numClasses);
  densenet.classifier = new nn.Sequential(new nn.Linear(densenet.classifier.inFeatures, numClasses));
  const convnext = models.convnextTiny();
  convnext.classifier[2] = new nn.Linear(convnext.classifier[2].inFeatures, numClasses);
  const inception = models.inceptionV3();
  inception.fc = new nn.Linear(inception.fc.inFeatures, numClasses);
  if (inception.AuxLogits) inception.AuxLogits.fc = new nn.Linear(inception.AuxLogits.fc.inFeatures, numClasses);
  const googlenet = models.googlenet();
  googlenet.fc = new nn.Linear(googlenet.fc.inFeatures, numClasses);
  const shufflenet = models.shufflenetV2X1_0();
  shufflenet.fc = new nn.Linear(shufflenet.fc.inFeatures, numClasses);
  const vit = models.vitB16();
  vit.heads.head = new nn.Linear(vit.heads.head.inFeatures, numClasses);
  vit.heads = new nn.Linear(768, numClasses);
  const deeplab = models.segmentation.deeplabv3Resnet50();
  deeplab.classifier[4] = new nn.Conv2d(deeplab.classifier[4].inChannels, numClasses, 1);
  deeplab.classifier = new models.segmentation.DeepLabHead(2048, numClasses);
  const fcn = models.segmentation.fcnResnet50({ auxLoss: true });
  fcn.classifier[4] = new nn.Conv2d(fcn.classifier[4].inChannels, numClasses, 1);
  if (fcn.aux_classifier) fcn.aux_classifier[4] = new nn.Conv2d(fcn.aux_classifier[4].inChannels, numClasses, 1);
}

export function replaceDetectorHeads(numClasses: number): void {
  const detector = detection.fasterrcnnResnet50Fpn();
  const { inFeatures } = detector.roiHeads.boxPredictor.clsScore;
  detector.roiHeads.boxPredictor = new detection.FastRCNNPredictor(inFeatures, numClasses);
  detector.roi_heads.box_predictor = new nn.Identity();
  detector.rpn.head = new detection.RPNHead(detector.rpn.head.cls_logits.inChannels, 3);
  const ssd = detection.ssd300Vgg16();
  const channels = [...ssd.head.classification_head.module_list].map((layer) => layer.inChannels);
  const anchors = ssd.anchorGenerator.numAnchorsPerLocation();
  ssd.head.classification_head = new detection.SSDClassificationHead(channels, anchors, numClasses);
  const any: detection.SSD = detection.ssdlite320MobilenetV3Large();
  any.head = ssd.head;
}

export const transformers = (x: Tensor): readonly number[] => {
  const model = new nn.Transformer({ dModel: 8, nhead: 2 });
  model.encoder = new nn.Identity();
  return model.decoder(x, model.encoder(x)).mul(2).shape;
};

/** A Sequential knows its layers, and takes others in their places. */
export function row(): number {
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
  net[1] = new nn.Tanh();
  net[-1] = new nn.Sequential(new nn.Tanh());
  net[0] = new nn.LazyLinear(3);
  return net[0].inFeatures;
}

class Block extends nn.Module {
  fc = new nn.Linear(2, 2);
  forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

/** minGPT's. */
export class GPT extends nn.Module {
  transformer = new nn.ModuleDict({
    wte: new nn.Embedding(10, 4),
    drop: new nn.Dropout(0.1),
    h: new nn.ModuleList([new Block(), new Block()]),
  });
  typed: nn.ModuleDict<{ fc: nn.Linear }> = new nn.ModuleDict({ fc: new nn.Linear(4, 4) });
  forward(idx: Tensor): Tensor {
    let x = this.transformer.drop(this.transformer.wte(idx));
    for (const block of this.transformer.h) x = block(x);
    const { weight } = this.transformer.get('wte');
    // @ts-expect-error no module has this name
    this.transformer.lnF;
    return x.matmul(weight.t());
  }
}

/** PyTorch's example of ModuleDict: names that are known when it runs. */
export class Choosing extends nn.Module {
  choices = new nn.ModuleDict({ conv: new nn.Conv2d(10, 10, 3), pool: new nn.MaxPool2d(3) });
  activations = new nn.ModuleDict([
    ['lrelu', new nn.LeakyReLU()],
    ['prelu', new nn.PReLU()],
  ]);
  linears = new nn.ModuleDict<nn.Linear>();
  forward(x: Tensor, choice: string, act: 'lrelu' | 'prelu'): Tensor {
    for (const [, linear] of this.linears.items()) x = linear(x);
    for (const name of this.choices.keys()) x = this.choices.get(name)(x);
    return this.activations.get(act)(this.choices.get(choice)(x));
  }
}

/** A container without a forward of its own. */
export class Losses extends nn.Module {
  content = new nn.MSELoss();
  style = new nn.L1Loss();
}

export function containers(): Losses {
  const losses = new Losses();
  losses.content.reduction satisfies string;
  const plain = new nn.Module();
  plain.addModule('fc', new nn.Linear(1, 1));
  return losses.train().eval();
}
