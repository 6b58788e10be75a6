// Why names of torchmetrics, Captum and Lightning are not in the library: every reason with the names that it is true of.

/** @typedef {import('./libraries.mjs').Reasons} Reasons */

/** @param {string} words names of any namespace, apart by spaces */
const names = (words) => new RegExp(`\\.(${words.trim().split(/\s+/).join('|')})$`);

const own = 'write it as a class of your own that extends metrics.Metric';

export const doorReasons = /** @type {{ torchmetrics: Reasons, captum: Reasons, lightning: Reasons }} */ ({
  torchmetrics: [
    [
      /^torchmetrics\.audio\.|[sS]ignal_?(Noise|Distortion|noise|distortion)|PermutationInvariant|permutation_invariant|pit_permutate/,
      'out of scope: sound',
    ],
    [
      /^torchmetrics\.text\.|\.(BLEU|CHRF|SacreBLEU)Score$|(bleu|chrf|rouge)_score$|[cC]har_?[eE]rror|[eE]dit_?[dD]istance|[mM]atch_?[eE]rror|SQuAD|squad|[tT]ranslation_?[eE]dit|[wW]ord_?([eE]rror|[iI]nfo)/,
      'out of scope: texts; Perplexity is here',
    ],
    [/^torchmetrics\.clustering\./, 'out of scope: clusterings; interpret.TSNE and UMAP draw them'],
    [/[rR]etrieval/, 'out of scope: search; AveragePrecision, PrecisionRecallCurve and Recall take one query'],
    [
      names(`CramersV FleissKappa PearsonsContingencyCoefficient TheilsU TschuprowsT cramers_v(_matrix)? fleiss_kappa
        pearsons_contingency_coefficient(_matrix)? theils_u(_matrix)? tschuprows_t(_matrix)?`),
      'out of scope: associations of categories; ConfusionMatrix counts the pairs that they are made of',
    ],
    [/[pP]anoptic/, 'out of scope: segmentation of objects and background together'],
    [
      /^torchmetrics\.(multimodal|video|shape)\.|lip_vertex_error/,
      'out of scope: texts with pictures, videos and point clouds',
    ],
    [
      names(`FrechetInceptionDistance InceptionScore KernelInceptionDistance MemorizationInformedFrechetInceptionDistance arniqa
        LearnedPerceptualImagePatchSimilarity learned_perceptual_image_patch_similarity PerceptualPathLength perceptual_path_length
        DeepImageStructureAndTextureSimilarity deep_image_structure_and_texture_similarity`),
      'out of scope: distances between features of networks that are trained for it',
    ],
    [
      /SpectralAngleMapper|spectral_angle|[sS]pectral_?[dD]istortion|[sS]patial_?[dD]istortion|[sS]patial_?[cC]orrelation|ErrorRelativeGlobal|error_relative_global|[qQ]uality_?[wW]ith_?[nN]o|[rR]elative_?[aA]verage_?[sS]pectral|[rR]oot_?[mM]ean_?[sS]quared_?[eE]rror_?[uU]sing|[uU]niversal_?[iI]mage|[vV]isual_?[iI]nformation|[bB]locked_?[eE]ffect/,
      'out of scope: pictures of satellites, and qualities beside PSNR, SSIM, its form at several scales and total variation',
    ],
    [names('image_gradients'), 'as differences of the picture: diff along its height and its width'],
    [
      names('GeneralizedDiceScore generalized_dice_score HausdorffDistance hausdorff_distance MeanIoU mean_iou'),
      `of segmentation DiceScore and JaccardIndex are here; ${own}`,
    ],
    [names('mean_average_precision'), 'as metrics.MeanAveragePrecision, which gathers the boxes of every batch'],
    [
      /[fF]airness|[gG]roups?_?[sS]tat_?[rR]ates|demographic_parity|equal_opportunity/,
      'out of scope: rates of groups of people; StatScores of each group are here',
    ],
    [
      /EER|eer$|[lL]og_?[aA][uU][cC]|(At|_at)_?([fF]ixed|[sS]pecificity|[sS]ensitivity)|[nN]egative_?[pP]redictive/,
      'a point or a part of a curve: ROC and PrecisionRecallCurve give the curve, StatScores the counts',
    ],
    [/[mM]ultilabel_?([cC]overage|[rR]anking)/, `rankings of labels: ${own}`],
    [
      names(`ConcordanceCorrCoef concordance_corrcoef ContinuousRankedProbabilityScore CriticalSuccessIndex critical_success_index
        JensenShannonDivergence KendallRankCorrCoef kendall_rank_corrcoef LogCoshError log_cosh_error MeanSquaredLogError mean_squared_log_error
        MinkowskiDistance minkowski_distance NormalizedRootMeanSquaredError normalized_root_mean_squared_error RelativeSquaredError
        relative_squared_error SymmetricMeanAbsolutePercentageError symmetric_mean_absolute_percentage_error TweedieDevianceScore
        tweedie_deviance_score WeightedMeanAbsolutePercentageError weighted_mean_absolute_percentage_error`),
      `a further error of regression: ${own}`,
    ],
    [/pairwise_/, 'as torch.cdist, and nn.functional.cosineSimilarity'],
    [
      names(`BootStrapper ClasswiseWrapper MinMaxMetric MultioutputWrapper MultitaskWrapper BinaryTargetTransformer FeatureShare
        LambdaInputTransformer MetricInputTransformer Running RunningMean RunningSum`),
      'wrappers: MetricCollection and MetricTracker are here, and a metric takes whatever the program gives to update',
    ],
    [names('BaseAggregator'), 'a base class: MeanMetric, SumMetric, MaxMetric, MinMetric and CatMetric are here'],
    [names('dim_zero_cat rank_zero_warn'), 'helpers of metrics'],
  ],
  captum: [
    [
      /LLM|Text|VLLM|TokenReferenceBase|InterpretableInput|ImageMaskInput|ProductBaselines/,
      'out of scope: language models and their texts',
    ],
    [
      names('(configure|remove)_interpretable_embedding_layer InterpretableEmbeddingBase'),
      'as LayerIntegratedGradients of the embedding, which gives an attribution for each of its outputs',
    ],
    [
      names(
        'ClassSummarizer CommonStats Count MSE Max Mean Min StatValue StdDev Sum Summarizer SummarizerSingleTensor Var',
      ),
      'figures of attributions over batches: metrics.MeanMetric, MinMetric, MaxMetric, and tensors',
    ],
    [names('DataLoaderAttribution'), 'as a loop over the loader'],
    [
      names('LayerFeatureAblation LayerFeaturePermutation LayerGradientShap NeuronFeatureAblation NeuronGradientShap'),
      'the same method of the input is here, as are other methods of layers and neurons',
    ],
    [
      names('ImageVisualizationMethod TimeseriesVisualizationMethod VisualizeSign'),
      "choices that are texts here: 'heat_map', 'positive'",
    ],
    [/visualize_text|VisualizationDataRecord|format_|draw_mask_/, 'out of scope: language models and their texts'],
    [names('ConceptInterpreter'), 'a base class: TCAV is here'],
    [/^captum\.influence\./, 'out of scope: influence of examples that the model was trained on'],
    [/^captum\.robust\./, 'attacks: a few lines with autograd.grad'],
  ],
  lightning: [
    [/Fabric|is_wrapped/, 'a loop of your own needs no wrapper here: tensors are on the device from the start'],
    [/^lightning\.pytorch\.(strategies|accelerators)\./, 'devices: there is one, WebGPU'],
    [/Precision|SyncBatchNorm|LayerSync/, "precisions: '32-true' and '16-mixed' by the trainer's `precision`"],
    [/CheckpointIO/, 'files of checkpoints: save and load, and CheckpointStore'],
    [/Profiler/, 'measures programs in Python: gpu.profile and torch.gpu.stats are here'],
    [
      names('CometLogger LitLogger MLFlowLogger WandbLogger'),
      'services outside the page: TensorBoardLogger, CSVLogger, ChartLogger and MemoryLogger are here',
    ],
    [names('Logger'), 'a type: any object with its methods is a logger'],
    [names('BackboneFinetuning BaseFinetuning'), 'as requiresGrad_(false) in the hooks of a Callback'],
    [names('BatchSizeFinder LearningRateFinder'), 'as Tuner.scaleBatchSize and Tuner.lrFind'],
    [
      names('BasePredictionWriter Checkpoint OnExceptionCheckpoint SpikeDetection'),
      'a Callback of your own: its hooks are here',
    ],
    [names('EMAWeightAveraging WeightAveraging'), 'as StochasticWeightAveraging, and optim.swaUtils.AveragedModel'],
    [names('RichModelSummary RichProgressBar TQDMProgressBar'), 'as ModelSummary and ProgressBar'],
    [names('ModelPruning'), 'out of scope: pruning'],
    [names('ThroughputMonitor'), 'as DeviceStatsMonitor, and gpu.stats'],
  ],
});
