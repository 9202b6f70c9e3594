import { describe, expect, it } from 'vitest'
import type { Abilities } from '../../nodes/contract/connections.ts'
import { connectionKinds, ofKind } from '../../test/support/connection-kinds.ts'
import { editorType } from '../../test/support/editor-types.ts'
import { fieldsOf, isShown, labelFromName, optionsOf, withConnections, withOwnZone } from './schema.ts'

const camera = fieldsOf(editorType('camera-source').config)
const shown = (fields: typeof camera, config: Record<string, unknown>, can?: Abilities): string[] =>
  fields.filter((field) => isShown(field, fields, config, can) && !field.schema.advanced).map((field) => field.name)

describe('reading a config schema', () => {
  it('draws only the fields that apply', () => {
    expect(shown(camera, {})).toEqual(['kind', 'path', 'loop'])
    expect(shown(camera, { kind: 'rtsp' })).toEqual(['kind', 'url'])
    expect(shown(camera, { kind: 'browser' })).toEqual(['kind'])
  })

  it('draws fields that depend on what the chosen connection can do', () => {
    const model = fieldsOf(editorType('interaction-model').config)
    expect(shown(model, {}, ofKind('edge').can)).toEqual(['connection', 'instruction', 'watchFor', 'mode'])
    expect(shown(model, {}, ofKind('vllm-omni').can)).toEqual(['connection', 'instruction', 'persona'])
    expect(shown(model, {})).toEqual(['connection', 'instruction'])
  })

  it('finds a widget for schemas without one, so that any installed type has a form', () => {
    const schema = {
      properties: {
        on: { type: 'boolean' },
        howMany: { type: 'integer' },
        color: { enum: ['red', 'blue'] },
        words: { type: 'array', items: { type: 'string' } },
        zone: { type: 'object' },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
    }
    expect(fieldsOf(schema).map((field) => [field.name, field.widget])).toEqual([
      ['on', 'toggle'],
      ['howMany', 'number'],
      ['color', 'select'],
      ['words', 'tags'],
      ['zone', 'json'],
      ['note', 'text'],
    ])
  })

  it('makes words of names and values that have none', () => {
    expect([labelFromName('quietMs'), labelFromName('lost-after')]).toEqual(['Quiet ms', 'Lost after'])
    expect(optionsOf({ enum: ['fast', 'slow'] })).toEqual([
      { value: 'fast', label: 'Fast' },
      { value: 'slow', label: 'Slow' },
    ])
  })

  it('gives a new card the first connection that can do the job, and leaves advanced ones open', () => {
    const kinds = [...connectionKinds.keys()]
    const connections = [
      { name: 'lab', ...ofKind('vllm-omni') },
      { name: 'edge', ...ofKind('edge') },
      { name: 'sign', ...ofKind('webhook') },
    ]
    expect(
      withConnections(editorType('interaction-model'), connections, kinds).config.properties?.['connection']?.default,
    ).toBe('edge')
    expect(
      withConnections(editorType('notification'), connections, kinds).config.properties?.['connection']?.default,
    ).toBe('')
  })

  it('lets a new schedule go by the clock of the person who draws it, and nothing else', () => {
    expect(withOwnZone(editorType('schedule'), 'Europe/Madrid').config.properties?.['timeZone']?.default).toBe(
      'Europe/Madrid',
    )
    expect(withOwnZone(editorType('schedule'), undefined)).toEqual(editorType('schedule'))
    expect(withOwnZone(editorType('template'), 'Europe/Madrid').config.properties?.['timeZone']?.default).toBe(
      editorType('template').config.properties?.['timeZone']?.default,
    )
  })
})
