-- Nobody was ever written to about missions or news, and nobody is asked about them any more.
delete from pass.quiet_topic where topic in ('missions', 'news');
