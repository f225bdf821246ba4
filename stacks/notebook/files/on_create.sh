# Once, when the instance is made. Without its files it is of no use: a failure here fails the deployment.
place_files
