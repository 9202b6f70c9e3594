// Which component draws which widget of the contract.
import type { ComponentType } from 'react'
import type { Field } from '../schema.ts'
import { CamerasWidget } from './CamerasWidget.tsx'
import { ConnectionWidget } from './ConnectionWidget.tsx'
import { DurationWidget } from './DurationWidget.tsx'
import { JsonWidget } from './JsonWidget.tsx'
import { MediaWidget } from './MediaWidget.tsx'
import { NodeRedWidget } from './NodeRedWidget.tsx'
import { NumberWidget } from './NumberWidget.tsx'
import { PolygonsWidget } from './PolygonsWidget.tsx'
import { RectangleWidget } from './RectangleWidget.tsx'
import { SegmentsWidget, SelectWidget } from './SelectWidget.tsx'
import { SkillsWidget } from './SkillsWidget.tsx'
import { TagsWidget } from './TagsWidget.tsx'
import { TextareaWidget } from './TextareaWidget.tsx'
import { TextWidget } from './TextWidget.tsx'
import { ToggleWidget } from './ToggleWidget.tsx'
import { UrlWidget } from './UrlWidget.tsx'
import { VoiceWidget } from './VoiceWidget.tsx'
import { WeekWidget } from './WeekWidget.tsx'
import type { WidgetProps } from './widget.ts'

export const widgets: Record<Field['widget'], ComponentType<WidgetProps>> = {
  text: TextWidget,
  textarea: TextareaWidget,
  template: TextareaWidget,
  number: NumberWidget,
  duration: DurationWidget,
  select: SelectWidget,
  segments: SegmentsWidget,
  toggle: ToggleWidget,
  tags: TagsWidget,
  week: WeekWidget,
  skills: SkillsWidget,
  connection: ConnectionWidget,
  media: MediaWidget,
  cameras: CamerasWidget,
  url: UrlWidget,
  json: JsonWidget,
  polygons: PolygonsWidget,
  rectangle: RectangleWidget,
  voice: VoiceWidget,
  'node-red': NodeRedWidget,
}
