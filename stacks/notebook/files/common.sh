# Beginning of both scripts. They run as root, on a machine that keeps nothing but the user's folder between two starts.
set -euo pipefail
root="${1-}" # nothing on an instance; a test gives a folder of its own
user_home="$root/home/ec2-user"
work="$user_home/SageMaker/digits"
export PATH="$PATH:/usr/local/bin:/home/ec2-user/anaconda3/bin"

# Nothing in the user's folder may belong to root; sudo would look for programs on a path of its own.
as_user() { sudo -H -u ec2-user env PATH="$PATH" "$@"; }

# Steps are joined with && because errexit is off in a function whose outcome is asked.
fetch_and_place() {
  as_user timeout 120 aws s3api get-object --region "$region" --cli-connect-timeout 10 \
    --bucket "$files_bucket" --key "$files_key" "$1/files.zip" > /dev/null &&
    as_user mkdir -p "$work" &&
    place_files_program | as_user timeout 60 python3 - "$1/files.zip" "$work"
}

place_files() {
  local folder outcome=0
  folder="$(as_user mktemp -d)" || return
  fetch_and_place "$folder" || outcome=$?
  as_user rm -rf "$folder"
  return "$outcome"
}
