{{/* Everything is named by the StatefulSet: one release belongs to one StatefulSet. */}}
{{- define "howdah.fullname" -}}
{{- printf "%s-howdah" (required "statefulSet.name: the StatefulSet beside whose PostgreSQL the agents are to run" .Values.statefulSet.name) | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "howdah.labels" -}}
app.kubernetes.io/name: howdah-agents
app.kubernetes.io/instance: {{ .Values.statefulSet.name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "howdah.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ $tag }}
{{- end -}}
{{- end -}}

{{/* The agents in the order in which their containers start, with the port of each when it is alone. */}}
{{- define "howdah.agents" -}}
- { name: config-reload, port: 9191, portName: howdah-config }
- { name: exporter, port: 9187, portName: howdah-exporter }
- { name: backup, port: 9188, portName: howdah-backup }
- { name: logship, port: 9189, portName: howdah-logship }
- { name: audit-upload, port: 9190, portName: howdah-audit }
{{- end -}}

{{/* The containers of the chosen layout: name, port, and which agents run in each. In the suite a file turns an
agent on while it runs, so the suite can reach what any of the five may need. */}}
{{- define "howdah.containers" -}}
{{- if eq .Values.layout "suite" -}}
- name: howdah
  port: 9187
  portName: howdah
  resources: suite
  agents: [config-reload, exporter, backup, logship, audit-upload]
{{- else -}}
{{- range include "howdah.agents" . | fromYamlArray }}
{{- if kindIs "map" (index $.Values.agents .name) }}
- name: howdah-{{ .name }}
  port: {{ .port }}
  portName: {{ .portName }}
  resources: separate
  agents: [{{ .name }}]
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Long enough for Patroni to stop PostgreSQL, and half a minute more for the last records. */}}
{{- define "howdah.graceSeconds" -}}
{{- add .Values.statefulSet.patroniStopSeconds 30 -}}
{{- end -}}
