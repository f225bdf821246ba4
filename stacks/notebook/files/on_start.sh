# At every start. The files may be new; without them the instance starts with those it has.
place_files || echo "the files could not be fetched from s3://$files_bucket/$files_key; those of the last start stay" >&2

# Every Python kernel finds the package and knows its environment.
startup="$user_home/.ipython/profile_default/startup"
as_user mkdir -p "$startup"
as_user tee "$startup/00-digits.py" > /dev/null <<END_OF_STARTUP
import os, sys
sys.path.insert(0, "$work")
os.environ.update(DIGITS_ENVIRONMENT="$environment", DIGITS_ASK_THROUGH="$ask_through")
os.environ.update(AWS_REGION="$region", AWS_DEFAULT_REGION="$region")
END_OF_STARTUP

# What stops the instance when nobody uses it; not as root, because the user may write into folders of the path.
# Its lines go where SageMaker takes Jupyter's log from.
idle_stop_program > "$root/usr/local/sbin/digits-idle-stop"
chmod 644 "$root/usr/local/sbin/digits-idle-stop"
units="$root/etc/systemd/system"
cat > "$units/digits-idle-stop.service" <<END_OF_SERVICE
[Unit]
Description=Stop this notebook instance when it is idle
[Service]
Type=oneshot
User=ec2-user
RuntimeDirectory=digits
RuntimeDirectoryPreserve=yes
Environment=PATH=$PATH
ExecStart=/usr/bin/python3 /usr/local/sbin/digits-idle-stop --minutes $idle_minutes$idle_options
StandardOutput=append:/var/log/jupyter.log
StandardError=append:/var/log/jupyter.log
END_OF_SERVICE
cat > "$units/digits-idle-stop.timer" <<END_OF_TIMER
[Unit]
Description=Look every five minutes whether this notebook instance is idle
[Timer]
OnCalendar=*:0/5
END_OF_TIMER
systemctl daemon-reload
systemctl start digits-idle-stop.timer
