export { Classifier, type ConceptData, DefaultClassifier } from './classifier';
export { CAV, type CavStats, Concept, type ConceptExamples } from './concept';
export { type InterpretOptions, TCAV, type TcavOptions, type TcavScores } from './tcav';
