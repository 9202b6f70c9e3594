// The one look: Mantine's theme. Colours live in theme.css as variables; here only sizes, type and the buttons: what to do next
// is filled with the one accent, the rest is plain.
import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from '@mantine/core'

const ink: MantineColorsTuple = [
  '#f5f6f8',
  '#e8eaee',
  '#d3d7de',
  '#b3bac5',
  '#8c95a4',
  '#687285',
  '#4d5668',
  '#3a4252',
  '#272e3b',
  '#161b26',
]

// Mantine's greys of the dark side, cooled down to ours: text first, grounds last.
const dark: MantineColorsTuple = [
  '#e9ecf1',
  '#c6cdd8',
  '#a4aebd',
  '#7f8a9b',
  '#454d5c',
  '#353d4b',
  '#232833',
  '#1a1e26',
  '#151920',
  '#12151b',
]

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 4 },
  colors: { ink, dark },
  fontFamily:
    '"Inter Variable", Inter, ui-sans-serif, system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '13px', sm: '14px', md: '16px', lg: '20px', xl: '28px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '8px', xl: '8px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  shadows: {
    xs: 'none',
    sm: 'var(--heed-shadow)',
    md: 'var(--heed-shadow)',
    lg: 'var(--heed-shadow)',
    xl: 'var(--heed-shadow)',
  },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '28px' }, h2: { fontSize: '20px' }, h3: { fontSize: '16px' } },
  },
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    const isPlain = input.color === undefined || input.color === 'ink'
    if (isPlain && input.variant === 'filled') {
      return {
        ...colors,
        background: 'var(--heed-accent)',
        hover: 'var(--heed-accent-hover)',
        color: 'var(--heed-on-accent)',
        border: '1px solid transparent',
      }
    }
    if (isPlain && (input.variant === 'subtle' || input.variant === 'light')) {
      return {
        ...colors,
        background: input.variant === 'light' ? 'var(--heed-sunken)' : 'transparent',
        hover: 'var(--heed-hover)',
        color: 'var(--heed-text)',
      }
    }
    return colors
  },
})
