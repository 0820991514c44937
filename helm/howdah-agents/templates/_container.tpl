{{/* One container of agents. Arguments: root, container (an entry of howdah.containers). */}}
{{- define "howdah.container" -}}
{{- $values := .root.Values -}}
- name: {{ .container.name }}
  image: {{ include "howdah.image" .root }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  {{- if $values.nativeSidecar }}
  restartPolicy: Always
  {{- end }}
  {{- if eq $values.layout "separate" }}
  args: [/opt/howdah/agents/{{ first .container.agents }}/main.mjs]
  {{- end }}
  env:
    - { name: HOWDAH_MEMBER, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
    - { name: HOWDAH_HTTP_PORT, value: "{{ .container.port }}" }
    - { name: HOWDAH_LOG_LEVEL, value: {{ $values.logLevel }} }
    # With these an agent outlives PostgreSQL when the pod ends, and takes its last records.
    - { name: HOWDAH_PGDATA, value: {{ $values.pgdata }} }
    - { name: HOWDAH_GRACE_SECONDS, value: {{ include "howdah.graceSeconds" .root | quote }} }
  ports:
    - { name: {{ .container.portName }}, containerPort: {{ .container.port }}, protocol: TCP }
  # Fails only where a restart would help: an agent that is ready and has done nothing for minutes. There is no
  # readinessProbe: a store that is away must not take a replica out of its Service. No startupProbe and no
  # preStop: PostgreSQL waits for neither.
  livenessProbe:
    httpGet: { path: /healthz, port: {{ .container.portName }} }
    periodSeconds: 20
    timeoutSeconds: 5
    failureThreshold: 6
  resources: {{- index $values.resources .container.resources | toYaml | nindent 4 }}
  securityContext:
    {{- with $values.securityContext }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    allowPrivilegeEscalation: false
    capabilities: { drop: [ALL] }
    privileged: false
    readOnlyRootFilesystem: true
    runAsNonRoot: true
    seccompProfile: { type: RuntimeDefault }
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts: {{- include "howdah.agentMounts" (dict "root" .root "agents" .container.agents) | trim | nindent 4 }}
{{- end -}}

{{/* The patch: a strategic merge that adds, and takes nothing away. */}}
{{- define "howdah.patch" -}}
{{- $containers := include "howdah.containers" . | fromYamlArray -}}
{{- $agents := list -}}
{{- range $containers }}{{ $agents = concat $agents .agents }}{{ end -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Values.statefulSet.name }}
spec:
  template:
    {{- with .Values.podAnnotations }}
    metadata:
      annotations: {{- toYaml . | nindent 8 }}
    {{- end }}
    spec:
      terminationGracePeriodSeconds: {{ include "howdah.graceSeconds" . }}
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if .Values.nativeSidecar }}
      initContainers:
        {{- range $containers }}
        {{- include "howdah.container" (dict "root" $ "container" .) | nindent 8 }}
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .Values.statefulSet.container }}
          volumeMounts: {{- include "howdah.postgresMounts" (dict "root" . "agents" $agents) | trim | nindent 12 }}
        {{- if not .Values.nativeSidecar }}
        {{- range $containers }}
        {{- include "howdah.container" (dict "root" $ "container" .) | nindent 8 }}
        {{- end }}
        {{- end }}
      volumes: {{- include "howdah.volumes" (dict "root" . "agents" $agents) | nindent 8 }}
{{- end -}}
