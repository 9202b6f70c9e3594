// What the server says of templates, as the gallery reads it: the types of the routes' own schemas.
export type {
  AskView,
  FlowTemplate,
  TemplateChange,
  TemplateDocument,
  TemplateView,
} from '../../runtime/templates/route-answers.ts'
