// Every sentence of the gallery, in English and Chinese, and which of the two this browser's person reads.
import { create } from 'zustand'
import { keepWish, readWish } from '../wishes.ts'

export type Language = 'en' | 'zh'

const wish = 'language'

/** What was chosen, else what the browser asks for. */
function ownLanguage(): Language {
  const chosen = readWish(wish)
  if (chosen === 'en' || chosen === 'zh') return chosen
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

const useChosen = create<{ language: Language }>()(() => ({ language: ownLanguage() }))

/** Changes the language of the gallery in this browser. */
export function chooseLanguage(language: Language): void {
  keepWish(wish, language)
  useChosen.setState({ language })
}

const en = {
  templates: 'Templates',
  lead: 'Ready scenarios. Choose one, say what it should watch, and it runs.',
  search: 'Search: fall, door, counting, subtitles…',
  searchLabel: 'Find a template',
  all: 'All',
  onlyHere: 'Runs here now',
  runsHere: 'Runs here now',
  lacks: 'Not yet here',
  lacksTitle: 'What it lacks here',
  yours: 'Yours',
  organisation: 'Your organisation',
  nothingFound: (words: string) => `No template is about “${words}”.`,
  nothingHere: 'No template of this kind runs here now.',
  showAll: 'Show all',
  none: 'There is no template here.',
  emptyCanvas: 'Empty canvas',
  emptyCanvasText: 'Draw your own from the first card.',
  cannotRead: 'The templates cannot be read just now.',
  again: 'Try again',
  back: 'All templates',
  notThere: 'There is no such template here. It may have been deleted.',
  howItLooks: 'The flow',
  start: 'Start watching',
  starting: 'Starting…',
  drawMyself: 'Draw it myself',
  questions: 'Before it starts',
  cameraBrowser: 'This device’s camera',
  cameraScreen: 'This screen',
  cameraAddress: 'A camera’s address',
  cameraClip: 'A video file',
  chooseCamera: 'Choose what it should watch.',
  addressLabel: 'Address of the camera',
  addressHelp: 'As the camera’s manual gives it. The password is kept sealed.',
  test: 'Test',
  testing: 'Looking…',
  seesThis: 'This is what it sees.',
  chooseClip: 'Choose a video file',
  uploading: (percent: number) => `Uploading, ${percent} %`,
  clipHere: 'Or one that is here already',
  privateNote: 'Pictures leave this browser only while the flow runs, and go nowhere but to this Heed.',
  addConnection: 'Add a connection',
  chooseConnection: 'Choose a connection.',
  noConnection: 'None that can do this is here yet. Add one:',
  cancel: 'Cancel',
  from: 'From',
  to: 'To',
  days: 'On',
  daily: 'Every day',
  weekdays: 'Monday to Friday',
  weekend: 'Saturday and Sunday',
  zone: 'Time zone',
  remove: 'Delete this template',
  removeSure: 'Delete for good?',
  version: (n: number) => `version ${n}`,
  welcome: 'Welcome to Heed',
  welcomeLead: 'Heed watches, and speaks up by itself. Choose what it should look out for.',
  startHere: 'These run on this machine, with nothing else',
  everything: 'All templates',
  example: 'Watch the example',
  exampleText:
    'A drawn person walks, stumbles and stays down. Heed makes the scene itself: neither a camera nor a file is needed.',
  exampleName: 'Example: a fall',
  useExample: 'Use the example',
}
export type GalleryWords = typeof en

const zh: GalleryWords = {
  templates: '模板',
  lead: '现成的场景。选一个，告诉它看什么，就能运行。',
  search: '搜索：跌倒、门、计数、字幕……',
  searchLabel: '查找模板',
  all: '全部',
  onlyHere: '本机可运行',
  runsHere: '本机可运行',
  lacks: '本机暂不能运行',
  lacksTitle: '本机还缺少',
  yours: '我的',
  organisation: '组织提供',
  nothingFound: (words) => `没有与“${words}”相关的模板。`,
  nothingHere: '这一类里没有本机可运行的模板。',
  showAll: '显示全部',
  none: '这里还没有模板。',
  emptyCanvas: '空白画布',
  emptyCanvasText: '从第一张卡片开始自己画。',
  cannotRead: '暂时无法读取模板。',
  again: '重试',
  back: '全部模板',
  notThere: '没有这个模板，可能已被删除。',
  howItLooks: '流程',
  start: '开始看护',
  starting: '正在启动……',
  drawMyself: '我自己画',
  questions: '启动之前',
  cameraBrowser: '本设备的摄像头',
  cameraScreen: '本机屏幕',
  cameraAddress: '摄像头地址',
  cameraClip: '视频文件',
  chooseCamera: '请选择要看的画面。',
  addressLabel: '摄像头地址',
  addressHelp: '见摄像头说明书。密码会加密保存。',
  test: '测试',
  testing: '正在查看……',
  seesThis: '这就是它看到的画面。',
  chooseClip: '选择视频文件',
  uploading: (percent) => `正在上传，${percent} %`,
  clipHere: '或选择已有的文件',
  privateNote: '只有流程运行时画面才会离开浏览器，并且只发送到这台 Heed。',
  addConnection: '添加连接',
  chooseConnection: '请选择一个连接。',
  noConnection: '这里还没有能做这件事的连接，请添加：',
  cancel: '取消',
  from: '从',
  to: '到',
  days: '日期',
  daily: '每天',
  weekdays: '周一至周五',
  weekend: '周六和周日',
  zone: '时区',
  remove: '删除此模板',
  removeSure: '确定永久删除？',
  version: (n) => `第 ${n} 版`,
  welcome: '欢迎使用 Heed',
  welcomeLead: 'Heed 会一直看着，并主动提醒。选择要留意的事情。',
  startHere: '这些无需其他设备，本机即可运行',
  everything: '全部模板',
  example: '观看示例',
  exampleText: '画中人走路、绊倒、倒地不起。场景由 Heed 自己绘制，不需要摄像头，也不需要视频文件。',
  exampleName: '示例：跌倒',
  useExample: '使用示例',
}

/** What the interaction model can do, in the order in which the gallery shows it. */
export const capabilityWords: readonly (readonly [string, Record<Language, string>])[] = [
  ['monitoring', { en: 'Monitoring and alerts', zh: '监控与报警' }],
  ['counting', { en: 'Counting', zh: '实时计数' }],
  ['visual-memory', { en: 'Visual memory', zh: '长时视觉记忆' }],
  ['time-awareness', { en: 'Sense of time', zh: '时间感知' }],
  ['live-commentary', { en: 'Live commentary', zh: '实时解说' }],
  ['subtitle-translation', { en: 'Translation', zh: '实时翻译' }],
  ['app-guidance', { en: 'App guidance', zh: '应用引导' }],
  ['visual-interaction', { en: 'Talking about what it sees', zh: '视觉互动' }],
  ['agent-delegation', { en: 'Asking an agent', zh: '委托智能体' }],
]

/** The language and its words. */
export function useWords(): { language: Language; words: GalleryWords } {
  const language = useChosen((chosen) => chosen.language)
  return { language, words: language === 'zh' ? zh : en }
}
