{{/* One mount: path, volume, subPath, readOnly. */}}
{{- define "howdah.mount" }}
- mountPath: {{ .path }}
  name: {{ .volume }}
  {{- with .subPath }}
  subPath: {{ . }}
  {{- end }}
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
{{- end -}}

{{/* What the agents of one container reach; each agent no more than its work needs. Arguments: root, agents. */}}
{{- define "howdah.agentMounts" -}}
{{- $values := .root.Values -}}
{{- $directories := $values.directories -}}
{{- $runs := .agents -}}
{{- $ro := dict "readOnly" true -}}
{{- include "howdah.mount" (dict "path" "/etc/howdah/config" "volume" "howdah-config" "readOnly" true) }}
{{- if has "config-reload" $runs }}
{{- include "howdah.mount" (dict "path" "/etc/howdah/postgres" "volume" "howdah-postgres" "readOnly" true) }}
{{- end }}
{{- range $name, $secret := $values.secrets }}
{{- $wanted := $secret.agents | default $runs }}
{{- $found := false }}
{{- range $runs }}{{ if has . $wanted }}{{ $found = true }}{{ end }}{{ end }}
{{- if $found }}
{{- include "howdah.mount" (dict "path" (printf "/etc/howdah/secrets/%s" $name) "volume" (printf "howdah-secret-%s" $name) "readOnly" true) }}
{{- end }}
{{- end }}
{{- include "howdah.mount" (dict "path" "/var/lib/howdah" "volume" $directories.state.volume "subPath" $directories.state.subPath) }}
{{- include "howdah.mount" (dict "path" "/run/howdah" "volume" "howdah-run") }}
{{- include "howdah.mount" (dict "path" "/tmp" "volume" "howdah-tmp") }}
{{- /* An empty directory here keeps the API server from putting the pod's token into this container. */}}
{{- include "howdah.mount" (dict "path" "/var/run/secrets/kubernetes.io/serviceaccount" "volume" "howdah-no-token" "readOnly" true) }}
{{- include "howdah.mount" (merge (dict) $ro $directories.data) }}
{{- if and $directories.log.volume (or (has "logship" $runs) (has "audit-upload" $runs)) }}
{{- include "howdah.mount" (merge (dict) $ro $directories.log) }}
{{- end }}
{{- if or (has "config-reload" $runs) (has "exporter" $runs) (has "backup" $runs) }}
{{- include "howdah.mount" (dict "path" $directories.socket.path "volume" ($directories.socket.volume | default "howdah-socket") "subPath" $directories.socket.subPath) }}
{{- end }}
{{- if has "backup" $runs }}
{{- if $directories.pgbackrestConfig.volume }}
{{- include "howdah.mount" (merge (dict) $ro $directories.pgbackrestConfig) }}
{{- end }}
{{- include "howdah.mount" (dict "path" $directories.pgbackrestLock.path "volume" ($directories.pgbackrestLock.volume | default "howdah-lock") "subPath" $directories.pgbackrestLock.subPath) }}
{{- end }}
{{- with $values.extraMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the agents share with the postgres container, where it does not have it yet. Arguments: root, agents. */}}
{{- define "howdah.postgresMounts" -}}
{{- $directories := .root.Values.directories -}}
{{- if has "config-reload" .agents }}
{{- /* What is applied, and what the container's start needs to make or mend it. */}}
{{- range $name, $readOnly := dict "postgres" false "config-reload" true }}
{{- $subPath := trimPrefix "/" (printf "%s/%s" $directories.state.subPath $name) }}
{{- include "howdah.mount" (dict "path" (printf "/var/lib/howdah/%s" $name) "volume" $directories.state.volume "subPath" $subPath "readOnly" $readOnly) }}
{{- end }}
{{- include "howdah.mount" (dict "path" "/etc/howdah/postgres" "volume" "howdah-postgres" "readOnly" true) }}
{{- end }}
{{- if not $directories.socket.volume }}
{{- include "howdah.mount" (dict "path" $directories.socket.path "volume" "howdah-socket") }}
{{- end }}
{{- if and (has "backup" .agents) (not $directories.pgbackrestLock.volume) }}
{{- include "howdah.mount" (dict "path" $directories.pgbackrestLock.path "volume" "howdah-lock") }}
{{- end }}
{{- end -}}

{{/* The volumes that the patch adds. A ConfigMap or Secret that is missing keeps the agents waiting and says so;
it must not keep PostgreSQL from starting, so each is optional. Arguments: root, agents. */}}
{{- define "howdah.volumes" -}}
{{- $values := .root.Values -}}
- name: howdah-config
  configMap: { name: {{ include "howdah.fullname" .root }}-config, optional: true }
{{- if has "config-reload" .agents }}
- name: howdah-postgres
  configMap: { name: {{ include "howdah.fullname" .root }}-postgres, optional: true }
{{- end }}
{{- range $name, $secret := $values.secrets }}
- name: howdah-secret-{{ $name }}
  secret:
    secretName: {{ $secret.secretName }}
    optional: true
    defaultMode: {{ $secret.mode | default 288 }}
    {{- with $secret.items }}
    items: {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
- name: howdah-run
  emptyDir: { medium: Memory, sizeLimit: 16Mi }
- name: howdah-tmp
  emptyDir: {}
- name: howdah-no-token
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- if not $values.directories.socket.volume }}
- name: howdah-socket
  emptyDir: {}
{{- end }}
{{- if and (has "backup" .agents) (not $values.directories.pgbackrestLock.volume) }}
- name: howdah-lock
  emptyDir: {}
{{- end }}
{{- with $values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
