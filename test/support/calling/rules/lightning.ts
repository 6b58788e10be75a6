// Owns what the calls of lightning may take.
import type { Rules } from '.';

export const lightning: Rules = {
  doors: ['lightning'],
  reasons: [
    {
      why: 'it needs an element of a page: test/gpu/panel.test.ts makes it',
      calls: /^lightning\.Panel valid$/,
      takes: [''],
    },
    {
      why: 'an object without names, which is an empty state, row or set of hyperparameters',
      calls: /^lightning\.\w+\.(logHyperparams|loadStateDict|logDict|formatCheckpointName) without \w+$/,
      takes: [''],
    },
    {
      why: 'left out, as in Lightning',
      calls: /^lightning\.Tuner\.lrFind (trainDataloaders|valDataloaders)$/,
      takes: ['null', '[]', '{}', 'dtype'],
    },
    { why: 'left out, as in Lightning', calls: /^lightning\.Tuner\.scaleBatchSize trainDataloaders$/, takes: ['null'] },
    {
      why: 'a tensor, whose rows are batches; the network looks at them',
      calls: /^lightning\.Trainer\.\w+ (trainDataloaders|valDataloaders|dataloaders)$/,
      takes: ['dtype'],
    },
    {
      why: 'a text of the name of a file or attribute, as the template of the callback where it is left out',
      calls:
        /^lightning\.(ModelCheckpoint\.formatCheckpointName (filename|prefix)|Tuner\.lrFind attrName|ChartLogger name)$/,
      takes: ['null', "''", "'foo'"],
    },
    {
      why: 'hooks and hyperparameters, by their own names; a batch, which may hold names of its own',
      calls: /^lightning\.(LambdaCallback|\w+\.saveHyperparameters|LightningModule\.predictStep) unnamed$/,
      takes: [''],
    },
    {
      why: 'left out, as in Lightning',
      calls:
        /^lightning\.(Trainer (callbacks|defaultRootDir|logger|modelRegistry|plugins|precision|profiler)|ModelCheckpoint (dirpath|filename|monitor)|ProgressBar element|Trainer\.\w+ (trainDataloaders|valDataloaders|dataloaders|datamodule|ckptPath)|(CSV|TensorBoard)Logger (name|version|subDir))$/,
      takes: ['null'],
    },
    {
      why: 'the module of the run before',
      calls: /^lightning\.Trainer\.(fit|validate|test|predict) model$/,
      takes: ['null'],
    },
    { why: 'none beside those that there are in any case', calls: /^lightning\.Trainer callbacks$/, takes: ['[]'] },
    {
      why: 'loaders by name, of which there are none',
      calls: /^lightning\.Trainer\.\w+ (trainDataloaders|valDataloaders|dataloaders)$/,
      takes: ['{}'],
    },
    {
      why: 'a part of a path or of a name, which may be any text, or a number of a version',
      calls: /^lightning\.(CSV|TensorBoard)Logger (name|prefix|version|subDir)$/,
      takes: ["''", "'foo'", '1e12'],
    },
    {
      why: 'an address or a path, which may be any text',
      calls: /^lightning\.(Trainer\.\w+ ckptPath|LightningModule::loadFromCheckpoint checkpointPath)$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'further options are hyperparameters of the module, which may have any names',
      calls: /^lightning\.LightningModule::loadFromCheckpoint misspelt$/,
      takes: [''],
    },
    { why: 'all devices there are, which is the one', calls: /^lightning\.Trainer devices$/, takes: ['-1'] },
    {
      why: 'a path, which may be any text; an empty one is the working folder',
      calls: /^lightning\.(Trainer defaultRootDir|ModelCheckpoint (dirpath|filename)|\w+Logger saveDir)$/,
      takes: ["''", "'foo'"],
    },
    { why: 'a path, which may be any text', calls: /^lightning\.Trainer\.saveCheckpoint filepath$/, takes: ["'foo'"] },
    {
      why: 'the name of something that is logged, which may be any text',
      calls:
        /^lightning\.(ModelCheckpoint monitor|EarlyStopping monitor|MemoryLogger name|\w+Logger\.history name|LightningModule\.log name)$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'no time at all, as of an empty timedelta',
      calls: /^lightning\.(Timer duration|Trainer maxTime|ModelCheckpoint trainTimeInterval)$/,
      takes: ['{}'],
    },
    { why: 'a row without values, which has its step', calls: /^lightning\.\w+\.logMetrics metrics$/, takes: ['{}'] },
    {
      why: 'a step, which is −1 before the first, as in Lightning',
      calls: /^lightning\.\w+\.logMetrics step$/,
      takes: ['-1', '1e12'],
    },
    {
      why: 'names to leave out, of which there may be none',
      calls: /^lightning\.\w+\.saveHyperparameters (ignore|options)$/,
      takes: ["''", "'foo'", '[]'],
    },
    {
      why: 'a batch, which may be anything; the network looks at it',
      calls: /^lightning\.LightningModule\.predictStep batch$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'promise', 'dtype'],
    },
    {
      why: 'what the loop calls it with, which a module may look at that has a step of its own',
      calls: /^lightning\.LightningModule\.predictStep _\w+$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'promise', 'dtype'],
    },
    {
      why: 'an option by its place, behind an object that holds values by names of its own',
      calls: /^lightning\.(\w+\.saveHyperparameters|ModelCheckpoint\.formatCheckpointName) one too many$/,
      takes: [''],
    },
    {
      why: 'a batch and its number, which may be anything, none too; the network looks at it',
      calls: /^lightning\.LightningModule\.predictStep (misspelt|one missing)$/,
      takes: [''],
    },
    {
      why: 'what a network is called with, which may be anything',
      calls: /^lightning\.LightningModule\(\) (misspelt|one too many)$/,
      takes: [''],
    },
    {
      why: 'as many values as there are, as console.log takes them',
      calls: /^lightning\.\w+\.print (misspelt|one too many|two too many)$/,
      takes: [''],
    },
    {
      why: 'a class that extends it and has no constructor hands on what it was given, as hyperparameters of a checkpoint',
      calls: /^lightning\.Lightning(Data)?Module (misspelt|one too many|two too many)$/,
      takes: [''],
    },
    {
      why: 'JavaScript itself calls it, and nobody else would give it anything',
      calls: /^lightning\.\w+\.toString (misspelt|one too many|two too many)$/,
      takes: [''],
    },
  ],
};
