// The tour of the doors: explanations, called by place and by name.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import {
  Concept,
  DeepLift,
  FeatureAblation,
  IntegratedGradients,
  type IntegratedGradientsOptions,
  LayerActivation,
  LayerDeepLift,
  LayerIntegratedGradients,
  LayerLRP,
  Lime,
  LimeBase,
  LRP,
  NeuronDeepLift,
  NoiseTunnel,
  Ridge,
  Saliency,
  sensitivityMax,
  TCAV,
} from 'lamplight/interpret';

const model = new nn.Sequential(new nn.Linear(3, 3), new nn.ReLU(), new nn.Linear(3, 2));
const x = torch.ones(2, 3);

const ofLayers: Tensor[] = new LayerActivation(model, ['0', '1']).attribute(x);
const byName: Tensor = new LayerIntegratedGradients(model, { layer: '1', multiplyByInputs: false }).attribute(x, 1);
new LayerLRP({ model, layer: '1' }).attribute(x, { target: 1 });
new NeuronDeepLift(model, '0', { eps: 1e-9 }).attribute(x, 1);
new DeepLift({ model }).attribute(x, { target: 1 });
// @ts-expect-error: there is no such option.
new DeepLift(model, { epsilon: 1 });

// Whether there is a delta may be decided while the program runs.
const options: IntegratedGradientsOptions = { target: 1, returnConvergenceDelta: Math.random() < 0.5 };
const perhaps: Tensor | [Tensor, Tensor] = new IntegratedGradients(model).attribute(x, options);
const perhapsByName: Tensor | [Tensor, Tensor] = new LRP(model).attribute({ inputs: x, ...options });
const perhapsOfLayer: Tensor | [Tensor, Tensor] = new LayerDeepLift(model, '0').attribute(x, options);

const losses: Tensor = await torch.noGrad(() => new FeatureAblation(model).attribute(x, { target: 1 }));
const ofTwo: [Tensor, Tensor] = await new FeatureAblation(model).attribute([x, x], { target: 1 });
const alone: Tensor = await torch.noGrad(() => new Lime(model).attribute(x, { target: 1, returnInputShape: false }));
const lime = new LimeBase(model, new Ridge(), {
  similarityFunc: () => 1,
  perturbFunc: (input) => input,
  perturbInterpretableSpace: false,
  toInterpRepTransform: (sample) => sample,
});
await lime.attribute(x, { target: 1, nSamples: 3, kernelWidth: 1 });

const smooth: Tensor = new NoiseTunnel(new Saliency(model)).attribute(x, 'vargrad', 3, { target: 1, abs: false });
const [, delta] = new NoiseTunnel({ attributionMethod: new IntegratedGradients(model) }).attribute({
  inputs: x,
  target: 1,
  returnConvergenceDelta: true,
});
const later: Tensor = await torch.noGrad(() => new NoiseTunnel(new FeatureAblation(model)).attribute(x, { target: 1 }));
const steady: Tensor = sensitivityMax({ explanationFunc: new Saliency(model), inputs: x, target: 1 });
const waited: Tensor = await torch.noGrad(() => sensitivityMax(new Lime(model), x, { target: 1 }));
// @ts-expect-error: noGrad cannot follow the awaits of a function of one's own.
torch.noGrad(() => sensitivityMax(async (input: Tensor) => input, x));

const concepts = [new Concept(0, 'high', x), new Concept({ id: 1, name: 'low', dataIter: x })];
const scores = await new TCAV(model, { layers: '1', testSplitRatio: 0.5 }).interpret({
  inputs: x,
  experimentalSets: [concepts],
  target: 1,
});

export {
  alone,
  byName,
  delta,
  later,
  losses,
  ofLayers,
  ofTwo,
  perhaps,
  perhapsByName,
  perhapsOfLayer,
  scores,
  smooth,
  steady,
  waited,
};
