// Why names of torchvision are not in the library: every reason with the names that it is true of.

/** @param {string} namespace @param {string} words names of it, apart by spaces */
const names = (namespace, words) =>
  new RegExp(`^torchvision\\.${namespace.replaceAll('.', '\\.')}\\.(${words.trim().split(/\s+/).join('|')})$`);

/** Reasons by pattern of the full name, first match first; what matches none and is not there is lacking. */
export const visionReasons = /** @type {readonly (readonly [RegExp, string])[]} */ ([
  // ── Data sets ──
  [
    names('datasets', `\\w*Stereo(2k)? CREStereo FlyingChairs FlyingThings3D HD1K KittiFlow Sintel`),
    'out of scope: pairs of pictures for stereo and optical flow',
  ],
  [names('datasets', 'HMDB51 Kinetics MovingMNIST UCF101'), 'out of scope: videos'],
  [
    names('datasets', 'CelebA Cityscapes Coco\\w+ Kitti OxfordIIITPet SBDataset VOC\\w+ WIDERFace Flickr\\w+ SBU'),
    'pictures with boxes, masks or captions: a class of your own with vision.io.readImage and vision.tvTensors',
  ],
  [
    names('datasets', 'LFWPairs PhotoTour'),
    'pairs of pictures: a class of your own with vision.io.readImage, or data.StackDataset',
  ],
  [
    names('datasets', 'LSUN\\w* PCAM SVHN STL10 SEMEION USPS'),
    'files of formats that are not read: LMDB, HDF5, MATLAB and texts',
  ],
  [names('datasets', 'QMNIST'), 'labels of eight numbers each: MNIST, KMNIST, FashionMNIST and EMNIST are here'],
  [
    names(
      'datasets',
      `CLEVRClassification Caltech101 Caltech256 Country211 DTD EuroSAT FER2013 FGVCAircraft Flowers102 Food101 GTSRB INaturalist
      ImageNet Imagenette LFWPeople Omniglot Places365 RenderedSST2 SUN397 StanfordCars`,
    ),
    'pictures in folders by class: ImageFolder, or DatasetFolder with samples of your own',
  ],
  [names('datasets', 'wrap_dataset_for_transforms_v2'), 'data sets give what transforms take'],

  // ── Files ──
  [names('io', 'decode_\\w+'), 'as io.readImage, which takes bytes as well as addresses, paths and files'],
  [names('io', 'encode_jpeg write_jpeg'), 'an encoder of JPEG: io.toCanvas, then toBlob of the canvas'],
  [names('io', 'read_file write_file'), "bytes of files: the browser's File and fetch, Node's fs"],

  // ── Models ──
  [
    /^torchvision\.models\.(segmentation\.)?\w*(mnasnet|regnet|swin|maxvit|lraspp|efficientnet|convnext|vit_|deeplabv3_mobilenet)\w*$/i,
    'out of scope: further families and sizes of networks',
  ],
  [
    /^torchvision\.models\.(segmentation\.)?(\w*Weights(Enum)?|\w+Outputs|get_\w+|list_models)$/,
    'types of what networks take and return, networks by their names as text, and published weights: import the function, and give weights as an address, a path, a File, bytes or a state dict',
  ],

  [
    names('models.detection', '(FCOS|RetinaNet|KeypointRCNN|fcos_|retinanet_|keypointrcnn_)\\w*'),
    'out of scope: detectors of key points, and further families: Faster R-CNN, Mask R-CNN, SSD, SSDLite, YOLO v1 and DenseCap are here',
  ],

  // ── Transforms ──
  [/(?:KeyPoints|keypoints)/, 'key points, which vision.utils.drawKeypoints draws'],
  [
    /_video$|Video$|[vV]ideo|UniformTemporalSubsample|uniform_temporal_subsample|num_frames/,
    'videos: their frames are a batch of pictures',
  ],
  [
    names('transforms.functional', '\\w+_(image|mask|bounding_boxes)'),
    'the function without the ending takes pictures, tensors, masks and boxes',
  ],
  [/^torchvision\.transforms\.(functional\.)?(jpeg\w*|JPEG)$/, 'an encoder of JPEG'],
  [
    names('transforms.functional', 'is_pure_tensor register_kernel'),
    'how Python dispatches functions to kinds of tensors',
  ],
  [names('transforms.functional', 'InterpolationMode'), 'as transforms.InterpolationMode'],
  [names('transforms', 'check_type get_bounding_boxes has_all has_any query_chw query_size'), 'helpers of transforms'],
  [
    names('transforms', 'RandomIoUCrop'),
    'chooses its crop by the numbers of boxes, which are on the device: RandomCrop, then SanitizeBoundingBoxes',
  ],

  // ── Kinds of tensors ──
  [names('tv_tensors', 'is_rotated_bounding_format'), 'boxes that are turned'],
  [names('tv_tensors', 'set_return_type'), 'operations give plain tensors, as in torchvision by default'],
]);
