// The icons Heed uses, by the names node types give. Only what is listed here ends up in the bundle.
import {
  IconBell, IconBolt, IconBox, IconBrain, IconBrandTelegram, IconBug, IconCamera, IconClock, IconCloud, IconCpu, IconCrop, IconDatabase, IconEye, IconEyeOff, IconFilter, IconHandStop,
  IconHourglass, IconLayersDifference, IconMail, IconMessage, IconMessageCircle, IconMicrophone, IconMovie, IconPlayerPause, IconPuzzle, IconRobot, IconRoute, IconRun, IconServer,
  IconSparkles, IconTimeline, IconVideo, IconVolume, IconWebhook, IconZzz, type Icon, type IconProps,
} from '@tabler/icons-react'

const byName: Record<string, Icon> = {
  bell: IconBell, bolt: IconBolt, box: IconBox, brain: IconBrain, 'brand-telegram': IconBrandTelegram, bug: IconBug, camera: IconCamera, clock: IconClock, cloud: IconCloud,
  cpu: IconCpu, crop: IconCrop, database: IconDatabase, eye: IconEye, 'eye-off': IconEyeOff, filter: IconFilter, 'hand-stop': IconHandStop, hourglass: IconHourglass, 'layers-difference': IconLayersDifference, mail: IconMail,
  message: IconMessage, 'message-circle': IconMessageCircle, microphone: IconMicrophone, movie: IconMovie, 'player-pause': IconPlayerPause, robot: IconRobot,
  route: IconRoute, run: IconRun, server: IconServer, sparkles: IconSparkles, timeline: IconTimeline, timer: IconHourglass, video: IconVideo,
  volume: IconVolume, webhook: IconWebhook, zzz: IconZzz,
}

/** A node type's icon; a puzzle piece for names Heed does not carry. */
export function NamedIcon({ name, ...rest }: IconProps & { name: string }) {
  const Found = byName[name] ?? IconPuzzle
  return <Found aria-hidden {...rest} />
}
